"""The intake form: three answers are enough, nothing typed is lost, and saving twice is one complaint."""
