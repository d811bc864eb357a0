"""Plan, observe, execute: from an environment and checks to results."""
