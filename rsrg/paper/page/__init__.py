"""The page that `rsrg reproduce` writes: figures, tables as text, HTML, JSON."""
