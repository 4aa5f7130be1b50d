"""Where everything is put together: settings, addresses, the processes."""
