"""The shell of every HTML page: templates, style, themes, tables that sort, figures that move."""
