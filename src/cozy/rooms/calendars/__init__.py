"""Events, tasks and journals: what a person plans, on every phone and in every program."""
