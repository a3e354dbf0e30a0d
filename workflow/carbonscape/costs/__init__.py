"""What a run costs, before it starts: work of its jobs, measured rates, a plan, a limit."""
