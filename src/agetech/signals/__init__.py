"""Reference algorithms on signals, one folder a domain; the domains do not know one another."""
