"""The only place that knows all rooms: wiring, server, worker, command line, errors, settings, migrations."""
