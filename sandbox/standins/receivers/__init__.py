"""Where the sandbox' alerts arrive: Slack, PagerDuty, a webhook and a mail server, and what they got."""
