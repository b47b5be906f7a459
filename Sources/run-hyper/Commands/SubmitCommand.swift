import ArgumentParser
import Foundation
import Literals
import Tuner

/// Starts a study, or continues it, with jobs of a Slurm cluster.
struct SubmitCommand: AsyncParsableCommand, CheckedCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Run a study with jobs of a Slurm cluster.",
    usage: "run-hyper submit [<study>] [<options>]",
    discussion: """
      Checks everything, creates the study, and submits one array of jobs, all of
      which take trials until none is left. No process has to wait for them. To
      add jobs to a study, submit it again by its name, without a parameter file.

      Examples:
        run-hyper submit --params_file=hyper.test --jobs=20 --time=4h \\
          --storage=postgresql://me@db.example.org/tuning
        run-hyper submit bert4rec-grocery-hyper --jobs=5
        run-hyper submit --params_file=hyper.test --dry_run
      """)

  @Argument(help: "Name of a study that exists, to go on with it.")
  var name: String?

  @Option(
    name: .customLong("params_file"),
    help: ArgumentHelp("Parameter file. (default: go on with a study that exists)", valueName: "file"))
  var paramsFile: String?

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("Name of the study. (default: bert4rec-DATASET-PARAMETERFILE)", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var search: SearchOptions

  @OptionGroup var options: RunOptions

  @OptionGroup var slurm: SlurmOptions

  @Flag(name: .customLong("dry_run"), help: "Print the jobs' script; create and submit nothing.")
  var dryRun = false

  @Flag(help: "Wait for the study's end, and show its progress. Stopping this leaves the jobs alone.")
  var wait = false

  @Flag(
    name: .customLong("local_storage"),
    help: "Accept a database file on a local file system: all jobs run on this host.")
  var localStorage = false

  func run() async throws {
    let submission = try reading {
      var mistakes = Mistakes()
      let checked = try check(into: &mistakes)
      try mistakes.check()
      guard let (limits, request, tuned) = checked else { preconditionFailure("what is missing is a mistake") }
      if !dryRun { try SlurmProgram.require([.sbatch, .squeue]) }
      try requireSharedStorage()
      let password = try JobPassword.needed(for: storage.storage, environment: ProcessInfo.processInfo.environment)
      let (space, name, files) = try tuned.map { ($0, self.name ?? study, nil) } ?? storedStudy()
      let kept = request.keeping(files, of: name ?? "", in: storage)
      return try Submission(
        StudyPreparation(space, name: name, storage: storage, kept), options, slurm, limits, password: password,
        isLocal: localStorage)
    }
    try storage.notePassword()
    if dryRun { return Output.result(try reading { try submission.script().text }, newLine: false) }
    guard let session = try submission.submit(), wait else { return }
    if let complaint = try await StudyWatch(session, mark: submission.mark()).run() {
      throw CommandError.failed(complaint)
    }
  }

  private var inputFiles: [(option: String, path: String)] {
    (paramsFile.map { [("--params_file", $0)] } ?? []) + storage.files
      + configuration.inputFiles
  }

  func check(_ mistakes: inout Mistakes) throws { _ = try check(into: &mistakes) }

  /// Reads and checks what is known before data and database are opened.
  ///
  /// - Returns: With the space of the parameter file, or `nil` in its place if none was given.
  private func check(
    into mistakes: inout Mistakes
  ) throws(CommandError) -> (SlurmOptions.Limits, RunOptions.Request, TuningSpace?)? {
    _ = try mistakes.gather { try storage.check() }
    let limits = try mistakes.gather { try slurm.limits() }
    let request = try mistakes.gather { try options.request(beside: inputFiles) }
    if let name, let study, name != study {
      mistakes.add(Literals.message(at: "--study", found: "'\(study)' beside '\(name)'", expected: "one of them"))
    }
    var space: TuningSpace?
    if let paramsFile { space = try TuningSpace.gather(file: paramsFile, configuration, search, into: &mistakes) }
    if !mistakes.isEmpty { try storage.gather(into: &mistakes) }
    guard let limits, let request, mistakes.isEmpty else { return nil }
    return (limits, request, space)
  }

  /// The space of a study that exists, with the files that it writes.
  private func storedStudy() throws -> (TuningSpace, name: String?, files: ResultFiles?) {
    guard let name = name ?? study else {
      throw CommandError.input(
        Literals.message(
          at: "submit", found: "neither a parameter file nor a study",
          expected: "--params_file=FILE, or the name of a study that exists"))
    }
    guard configuration.isEmpty, try search.plan() == SearchPlan() else {
      throw CommandError.input(
        Literals.message(
          at: "submit", found: "settings of a study, but no parameter file",
          expected: "--params_file=FILE with them, or the study's name without them"))
    }
    let definition = try storage.reader().requiredStudy(name).definition
    return (try TuningSpace(of: definition), name, StudyInvocation.files(of: definition))
  }

  /// Refuses a file that other hosts cannot see.
  private func requireSharedStorage() throws(CommandError) {
    guard !storage.isOnServer else { return }
    let path = storage.storage
    if let system = LogObstacle.sharedFileSystem(at: path) {
      return Output.note(
        "note: \(path) is on \(system), whose locks have to work for all hosts; a PostgreSQL server is the better "
          + "choice (--storage=\(OptionText.uriForm))")
    }
    guard !localStorage else { return }
    throw .input(
      Literals.message(
        at: "--storage", found: "'\(path)', on a file system of this host alone",
        expected:
          "\(OptionText.uriForm), or a file in a folder that all hosts share; if all jobs run on this host, add "
          + "--local_storage"))
  }
}

extension ConfigurationOptions {
  /// Whether nothing is set.
  fileprivate var isEmpty: Bool {
    model == nil && dataset == nil && dataPath == nil && configFiles.isEmpty && settings.isEmpty
  }
}
