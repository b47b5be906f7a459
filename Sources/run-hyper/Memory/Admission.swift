package import Model

/// How many trials and threads may run without running out of memory.
package struct Admission: Equatable, Sendable {
  /// Trials at a time.
  package let workers: Int

  /// Threads for all trials together.
  package let threads: Int

  /// Bytes that they need at most, beside what the process holds already.
  package let bytes: Double

  /// Finds the largest number of workers, up to the one asked for, whose trials fit, and then of threads.
  ///
  /// Any trials may meet, so those that need most are taken to run together. Threads that no trial has for itself help others, and
  /// need memory there.
  ///
  /// - Parameter trials: What each trial needs; at least one.
  /// - Parameter copies: How many trials that need the same can run at the same time; at least 1.
  /// - Parameter threads: For all trials together, at least `workers`.
  /// - Returns: `nil` when not even the largest trial fits by itself.
  package init?(
    of trials: [TrainingMemory], copies: Int = 1, workers: Int, threads: Int, available: AvailableMemory
  ) {
    let largest = trials.map(\.bytes).sorted(by: >)
    let perThread = trials.map(\.bytesPerThread).max() ?? 0
    let mostThreads = trials.map(\.mostThreads).max() ?? 1
    for workers in (1...workers).reversed() {
      let own = (0..<workers).reduce(0.0) { sum, index in
        sum + (index / copies < largest.count ? largest[index / copies] : 0)
      }
      guard own <= available.bytes else { continue }
      let running = (workers - 1) / copies < trials.count ? workers : trials.count * copies
      // Of the threads that help, those that a trial has no work for need no memory.
      let helpers = min(Double(threads - running), Double(running) * Double(mostThreads - 1))
      let admitted = perThread > 0 ? min(helpers, ((available.bytes - own) / perThread).rounded(.down)) : helpers
      self.workers = workers
      self.threads = admitted < helpers ? running + Int(admitted) : threads
      bytes = own + admitted * perThread
      return
    }
    return nil
  }

  /// The admission, or an error that says what is missing; what is reduced is told to `note`.
  static func check(
    _ trials: [TrainingMemory], copies: Int = 1, workers: Int, threads: Int, note: (String) -> Void
  ) throws(CommandError) -> Admission {
    let available = try AvailableMemory.now()
    let free = "\(megabytes(available.bytes)) that are free (\(available.source))"
    let fitting = Admission(
      of: trials, copies: copies, workers: workers, threads: threads, available: available)
    guard let admission = fitting else {
      throw .input(
        "memory: found the \(free); expected \(megabytes(trials.map(\.bytes).max() ?? 0)) for the largest "
          + "configuration: a smaller hidden_size, inner_size, n_layers or train_batch_size needs less")
    }
    let reduced = [("trials at a time", workers, admission.workers), ("threads", threads, admission.threads)]
      .filter { $0.1 > $0.2 }.map { "\($0.2) in place of \($0.1) \($0.0)" }
    if !reduced.isEmpty { note("note: \(reduced.joined(separator: " and ")), to stay within the \(free)") }
    return admission
  }

  static func megabytes(_ bytes: Double) -> String {
    bytes < 9.95e9 ? "\(Int((bytes / 1e6).rounded(.up))) MB" : "\(ProgressText.decimal(bytes / 1e9, places: 1)) GB"
  }
}
