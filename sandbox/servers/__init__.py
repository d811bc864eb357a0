"""The servers of a sandbox, a file each: how it is prepared and started, and when it is ready."""
