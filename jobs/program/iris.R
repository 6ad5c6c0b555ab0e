# R's iris, a softmax regression by stochastic gradient descent: which rate, how much momentum, how regularised.
#
#     mpirun -n 3 build/jobs/program --space jobs/program/iris.json -- sh -c 'exec Rscript jobs/program/iris.R <&$SIBYL_FD >&$SIBYL_FD'
#
# R can't open a descriptor that it was given, so the shell makes Sibyl's its standard input and output: say() and hear() below
# are all of the protocol (PROTOCOL.md), and what is printed for people goes to stderr(). Needs jsonlite (Debian's r-cran-jsonlite).
sibyl <- file("stdin", "r")
say <- function(...) {
  cat(jsonlite::toJSON(list(...), auto_unbox = TRUE, digits = NA, null = "null"), "\n", sep = "")
  flush(stdout())
}
hear <- function() jsonlite::fromJSON(readLines(sibyl, 1))

say(hello = list(version = 1))
start <- hear()$start
hp <- start$hyperparameters

set.seed(1)  # the same split in all trials
x <- cbind(1, scale(iris[, 1:4]))
y <- diag(3)[as.integer(iris$Species), ]
held_out <- sample(nrow(x), 50)

softmax <- function(rows) {
  powers <- exp(rows - apply(rows, 1, max))
  powers / rowSums(powers)
}
state <- list(weights = matrix(0, 5, 3), velocity = matrix(0, 5, 3))
if (!is.null(start$checkpoint)) state <- readRDS(start$checkpoint)

for (epoch in seq_len(start$last_epoch - start$first_epoch) + start$first_epoch) {
  set.seed((start$seed + epoch) %% 2147483647)  # of the trial and the epoch alone: the same after any kill
  for (row in sample(setdiff(seq_len(nrow(x)), held_out))) {
    error <- softmax(x[row, , drop = FALSE] %*% state$weights) - y[row, ]
    gradient <- t(x[row, , drop = FALSE]) %*% error + hp$decay * state$weights
    state$velocity <- hp$momentum * state$velocity - hp$learning_rate * gradient
    state$weights <- state$weights + state$velocity
  }
  guess <- softmax(x[held_out, ] %*% state$weights)
  say(report = list(epoch = epoch, metrics = list(
    val_loss = -mean(log(pmax(rowSums(guess * y[held_out, ]), 1e-12))),
    val_accuracy = mean(max.col(guess, "first") == max.col(y[held_out, ], "first")))))
  answer <- hear()
  if (!is.null(answer$checkpoint)) {
    saveRDS(state, answer$checkpoint)
    say(saved = list(epoch = epoch))
    hear()
  }
  if (!answer$go_on) break
}
say(end = structure(list(), names = character(0)))
