"""The equations, as pure functions of numbers. Imports numpy and scipy only."""
