"""What the platform does when more is asked of it than it can do, or something it needs is away."""
