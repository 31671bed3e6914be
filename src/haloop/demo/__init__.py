"""What `haloop demo` shows: trial accounts, hosts, offers, helpers, pictures."""
