"""The connectors that come with the home. Each is written as anybody would write one."""
