"""The pair sums of many points in free space by Ewald's method, in N log N steps."""
