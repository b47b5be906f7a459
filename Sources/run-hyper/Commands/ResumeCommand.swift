import ArgumentParser
import Tuner

/// Continues studies with the settings that the database has stored.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Continue a study, or every unfinished study.",
    usage: "run-hyper resume [<study>] [<options>]",
    discussion: """
      Example:
        run-hyper resume bert4rec-grocery-hyper
      """)

  @Argument(help: "Name of the study. (default: every unfinished study)")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var options: RunOptions

  func run() async throws {
    let request = try options.request(beside: storage.files)
    let names = try reading {
      let names = try unfinishedStudies(request)
      if !names.isEmpty { try storage.notePassword() }
      return names
    }
    if names.isEmpty { Output.note("Every study in \(storage.name) is finished") }
    var complaints: [String] = []
    for name in names {
      let session = try reading { try open(name, request) }
      if let complaint = try await session.run() { complaints.append(complaint) }
    }
    if !complaints.isEmpty { throw CommandError.failed(complaints.joined(separator: "\n")) }
  }

  /// The named study, or all studies with trials left to run.
  private func unfinishedStudies(_ request: RunOptions.Request) throws -> [String] {
    let store = try storage.reader()
    if let study { return [try store.requiredStudy(study).name] }
    return try store.studies().filter { !$0.isOver || (request.retriesFailed && $0.counts.failed > 0) }.map(
      \.study.name)
  }

  private func open(_ name: String, _ request: RunOptions.Request) throws -> StudySession {
    let definition = try storage.reader().requiredStudy(name).definition
    return try StudySession.open(
      TuningSpace(of: definition), name: name, storage: storage,
      request.keeping(StudyInvocation.files(of: definition), of: name, in: storage))
  }
}
