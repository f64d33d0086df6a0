"""What people look at: the dashboard, sign-in, shared reports. Server-rendered, with small scripts."""
