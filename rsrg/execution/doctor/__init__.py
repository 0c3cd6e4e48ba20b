"""Whether rsrg can work well here: its software, the machine, the folders, the speed of sums."""
