/// What a run asks its caller while it is running.
struct RunControl {
  /// The number of threads to use from now on.
  let threads: () -> Int
  /// Whether to stop; called on any of the threads.
  let shouldStop: () -> Bool
}
