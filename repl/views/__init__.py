"""Views: each draws frozen results in one medium (terminal, DOT and what Graphviz makes of it) and computes nothing."""
