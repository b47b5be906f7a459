import Foundation
import Literals
import Tuner

/// A study that is submitted as an array of jobs.
struct Submission {
  private let preparation: StudyPreparation
  private let options: RunOptions
  private let slurm: SlurmOptions
  private let limits: SlurmOptions.Limits
  private let password: String?
  private let isLocal: Bool

  /// What fits into a job.
  private let admission: Admission
  private let memory: MemorySize

  private var study: String { preparation.definition.name }
  private var storage: StorageOptions { preparation.storage }

  /// - Parameter password: What the jobs need as their password of the database.
  /// - Parameter isLocal: Whether all jobs run on this host.
  /// - Throws: `CommandError.input` if the trials do not fit into a job, or if a path cannot be written into a script.
  init(
    _ preparation: StudyPreparation, _ options: RunOptions, _ slurm: SlurmOptions, _ limits: SlurmOptions.Limits,
    password: String?, isLocal: Bool
  ) throws {
    (self.preparation, self.options, self.slurm, self.limits) = (preparation, options, slurm, limits)
    (self.password, self.isLocal) = (password, isLocal)
    let base = AvailableMemory.residentBytes
    let given = limits.memory.flatMap { $0.megabytes == 0 ? nil : $0.bytes }
    admission = try preparation.admission(
      threads: options.workers ?? limits.cores,
      available: AvailableMemory(bytes: given.map { max(0, $0 - base) } ?? .infinity, source: "--memory"))
    // A job needs a little more than what is computed, for the system's libraries and for what is measured differently elsewhere.
    memory = limits.memory ?? MemorySize(bytes: (base + admission.bytes) * 1.2 + 128e6).rounded
    guard !Self.folder.contains(where: \.isNewline) else {
      throw CommandError.input(
        message(at: Self.folder, found: "a line break in the folder's name", expected: "a folder without one"))
    }
  }

  // MARK: - Names and places

  private static var folder: String { FileManager.default.currentDirectoryPath }

  private static func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

  /// Where the logs of the study's jobs are.
  private var logFolder: String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "._-"))
    return Self.absolute(String(study.unicodeScalars.map { plain.contains($0) ? Character($0) : "_" }) + ".slurm")
  }

  /// What the queue knows the study's jobs by.
  func mark() throws -> StudyMark { try StudyMark(of: study, in: storage) }

  // MARK: - The script

  /// The script of the jobs.
  ///
  /// - Parameter jobs: Their number; `nil` for the number without other jobs in the queue.
  func script(jobs: Int? = nil, passwordFolder: String? = nil) throws -> JobScript {
    let count = jobs ?? jobCount(trialsLeft: trialsLeft(in: storedCounts() ?? StudyCounts()), queued: 0)
    let request = JobRequest(
      study: study, mark: try mark(), logFolder: logFolder, jobs: max(1, count), atMost: limits.atMost,
      time: limits.time, cores: limits.cores, memory: memory, partition: slurm.partition, account: slurm.account,
      others: limits.others)
    let home = ProcessInfo.processInfo.environment["RUN_HYPER_HOME"].map { [("RUN_HYPER_HOME", Self.absolute($0))] }
    let folder = try passwordFolder ?? password.map { _ in "\(try JobPassword.root())/\(try mark())-NUMBER" }
    return JobScript(
      request, setup: slurm.setup, variables: home ?? [], worker: [try Self.program()] + worker,
      continuation: ProgramCommand.line("submit \(study.inShell)\(storage.inCommand)"), passwordFolder: folder)
  }

  /// The arguments of a worker.
  private var worker: [String] {
    let database = storage.isOnServer ? storage.name : Self.absolute(storage.storage)
    let passed: [(String, String?)] = [
      ("storage", database), ("checkpoints", storage.checkpoints.map(Self.absolute)),
      ("workers", options.workers.map { "\($0)" }), ("timeout", options.timeout), ("target", options.target),
      ("idle", options.idle ?? "60s"), ("output_file", options.files.outputFile.map(Self.absolute)),
      ("display_file", options.files.displayFile.map(Self.absolute)),
    ]
    return ["resume", study] + passed.compactMap { name, value in value.map { "--\(name)=\($0)" } }
      + (options.mixedMachines ? ["--mixed_machines"] : [])
  }

  /// The file of this program, which the jobs start.
  private static func program() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe").replacing(" (deleted)", with: "")
  }

  // MARK: - How many jobs

  /// The number of trials that are not over yet, as far as it is known.
  private func trialsLeft(in counts: StudyCounts) -> Int {
    let expected = max(preparation.space.trialLimit ?? 0, counts.total == 0 ? preparation.space.cells.count : 0)
    return max(counts.pending + counts.running, expected - counts.ended)
  }

  private func storedCounts() -> StudyCounts? {
    guard let store = try? storage.reader(), let study = try? store.study(named: study) else { return nil }
    return try? store.counts(of: study)
  }

  /// As many as asked for, or as are of use, but never more than there are trials.
  ///
  /// - Parameter queued: Jobs of the study that are in the queue already.
  private func jobCount(trialsLeft: Int, queued: Int) -> Int {
    let perJob = options.workers ?? limits.cores
    let wanted = limits.jobs ?? min(SlurmOptions.Limits.standardJobs, max(1, (trialsLeft + perJob - 1) / perJob))
    return max(0, min(wanted, trialsLeft - queued))
  }

  // MARK: - Submitting

  /// Creates the study and submits its jobs.
  ///
  /// - Returns: The study; `nil` if it is finished.
  func submit() throws -> StudySession? {
    // If Slurm does not answer, nothing has happened yet.
    let queue = try SlurmProgram.queue()
    let session = try reading { try preparation.open(admission, machine: nil) }
    defer { session.store.close() }
    var counts = session.opening.counts
    if try session.store.isOver(session.study) {
      guard try session.addRepeats() > 0 else {
        Output.note("Study \(study) is finished: nothing to submit")
        return nil
      }
      counts = try session.store.counts(of: session.study)
    }
    let mark = try mark()
    JobPassword.removeOld(of: mark, queue: queue)
    let (left, queued) = (max(1, trialsLeft(in: counts)), queue.count { $0.mark == mark && $0.state != "COMPLETING" })
    let jobs = jobCount(trialsLeft: left, queued: queued)
    guard jobs > 0 else {
      Output.note(
        "note: \(left.counting("trial")) left, and \(queued.counting("job")) of the study in the queue: nothing to submit; "
          + "see \(ProgramCommand.line("jobs \(study.inShell)\(storage.inCommand)"))")
      return session
    }
    session.announce(resources(jobs: jobs))
    if let wanted = limits.jobs, wanted > jobs {
      let others = queued > 0 ? ", and \(queued.counting("job")) of the study in the queue" : ""
      Output.note("note: \(jobs.counting("job")) instead of \(wanted): \(left.counting("trial")) left\(others)")
    }
    let array = try submit(jobs: jobs, session)
    Output.result("Submitted job \(array): \(jobs.counting("task")) of study \(study)")
    let name = study.inShell + storage.inCommand
    Output.note(
      """
      Logs:     \(logFolder)
      The jobs: \(ProgramCommand.line("jobs \(name)"))
      Results:  \(ProgramCommand.line("leaderboard \(name)"))
      """)
    return session
  }

  /// Submits the array and returns its number; if Slurm refuses it, nothing of it is left.
  private func submit(jobs: Int, _ session: StudySession) throws -> String {
    let hadLogs = FileManager.default.fileExists(atPath: logFolder)
    var file: JobPassword?
    do {
      try FileManager.default.createDirectory(atPath: logFolder, withIntermediateDirectories: true)
      file = try password.map { try JobPassword($0, for: mark()) }
      try noteLocalPlaces(file)
      let script = try script(jobs: jobs, passwordFolder: file?.folder)
      let answer = try SlurmProgram.sbatch.run(
        ["--parsable"] + script.request.options.joined(), input: script.text)
      // With several clusters, the number is followed by a semicolon and a name.
      let array = String(answer.trimmingCharacters(in: .whitespacesAndNewlines).prefix { $0.isNumber })
      file?.note(array: array)
      return array
    } catch {
      file?.remove()
      if !hadLogs { try? FileManager.default.removeItem(atPath: logFolder) }
      if session.opening.isNew { _ = try? session.store.delete(session.study) }
      throw error
    }
  }

  private func resources(jobs: Int) -> [String] {
    let limit = limits.time.map { ", \($0)" } ?? ""
    let most = limits.atMost.map { ", at most \($0) at a time" } ?? ""
    let trials = admission.workers == 1 ? "1 trial" : "\(admission.workers) trials at a time"
    return [
      "  jobs      \(jobs)\(most): each \(trials), with \(limits.cores.counting("core")), \(memory)\(limit)"
    ]
  }

  /// Names what the jobs need and other hosts may not see.
  private func noteLocalPlaces(_ file: JobPassword?) throws {
    guard !isLocal else { return }
    func isOfThisHost(_ path: String) -> Bool { LogObstacle.sharedFileSystem(at: path) == nil }
    let places = [try Self.program(), logFolder].filter(isOfThisHost)
    if !places.isEmpty {
      Output.note(
        "note: every node needs \(places.joined(separator: " and ")), which may be on a file system of this host alone")
    }
    if let file, isOfThisHost(file.folder) {
      Output.note(
        "note: the jobs find the password in \(file.folder), which may be on a file system of this host alone; nodes that do "
          + "not see it end their jobs at once. If so, keep the password in ~/.pgpass or a service file on the nodes, and "
          + "leave it out of --storage and PGPASSWORD")
    }
  }
}

extension StudyMark {
  /// What the queue knows the jobs of a study by.
  init(of study: String, in storage: StorageOptions, _ store: StudyStore? = nil) throws {
    guard storage.isOnServer else {
      self.init(database: InputFile.place(of: storage.storage), study: study)
      return
    }
    // A database without tables has no studies, and no jobs.
    let id = try? (store ?? storage.reader()).serverDatabaseID()
    self.init(database: id ?? "", study: study)
  }
}

extension MemorySize {
  /// The size, rounded up to a multiple of 100 MB.
  fileprivate var rounded: MemorySize { MemorySize(megabytes: (megabytes + 99) / 100 * 100) }
}
