package import Model

/// How many trials and threads can run without running out of memory.
package struct Admission: Equatable, Sendable {
  /// Number of trials that run in parallel.
  package let workers: Int

  /// Number of threads for all trials together.
  package let threads: Int

  /// Bytes that they need at most, in addition to what the process already uses.
  package let bytes: Double

  /// Finds the largest number of workers, up to the requested one, whose trials fit, and then the same for threads.
  ///
  /// Any trials may run at the same time, so the ones that need most are assumed to. Threads without a trial of their own help others,
  /// and need memory there.
  ///
  /// - Parameter trials: The memory that each trial needs; at least one.
  /// - Parameter copies: How many trials with the same needs can run at the same time; at least 1.
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
      // Helping threads for which a trial has no work need no memory.
      let helpers = min(Double(threads - running), Double(running) * Double(mostThreads - 1))
      let admitted = perThread > 0 ? min(helpers, ((available.bytes - own) / perThread).rounded(.down)) : helpers
      self.workers = workers
      self.threads = admitted < helpers ? running + Int(admitted) : threads
      bytes = own + admitted * perThread
      return
    }
    return nil
  }

  /// The admission, or an error that says what is missing; `note` is told about reductions.
  static func check(
    _ trials: [TrainingMemory], copies: Int = 1, workers: Int, threads: Int, available: AvailableMemory? = nil,
    note: (String) -> Void
  ) throws(CommandError) -> Admission {
    let available = if let available { available } else { try AvailableMemory.now() }
    let free = "\(megabytes(available.bytes)) of free memory (\(available.source))"
    let fitting = Admission(
      of: trials, copies: copies, workers: workers, threads: threads, available: available)
    guard let admission = fitting else {
      throw .input(
        "memory: found \(free); expected \(megabytes(trials.map(\.bytes).max() ?? 0)) for the largest "
          + "configuration; a smaller hidden_size, inner_size, n_layers or train_batch_size needs less")
    }
    let reduced = [("parallel trials", workers, admission.workers), ("threads", threads, admission.threads)]
      .filter { $0.1 > $0.2 }.map { "\($0.2) instead of \($0.1) \($0.0)" }
    if !reduced.isEmpty { note("note: using \(reduced.joined(separator: " and ")), to fit into \(free)") }
    return admission
  }

  static func megabytes(_ bytes: Double) -> String {
    bytes < 9.95e9 ? "\(Int((bytes / 1e6).rounded(.up))) MB" : "\(ProgressText.decimal(bytes / 1e9, places: 1)) GB"
  }
}
