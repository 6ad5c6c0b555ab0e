"""The commands: a file each, with main(program, given), which returns the exit code or None."""

COMMANDS = {
    "report": "one HTML page that opens offline, and every picture as PNG and SVG",
    "watch": "a sweep while it runs, on the terminal or as a page",
    "export": "CSV, JSON, Parquet, a study of Optuna's, TensorBoard's files",
    "compare": "two ways with several seeds each: figure, time to a target, a test",
}
