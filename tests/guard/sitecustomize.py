from network_guard import watch

watch()
