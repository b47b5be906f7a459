import ArgumentParser
import Tuner

/// Continues studies from what the database says about them.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Continue a study, or without a name every study that is not finished.",
    discussion: """
      Example:
        run-hyper resume bert4rec-grocery-hyper
      """)

  @Argument(help: "The study's name.")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Trials at a time; by default as many as this process may use cores.", valueName: "count"))
  var workers: Int?

  @OptionGroup var files: ResultFileOptions

  func run() async throws {
    let names = try reading { try unfinishedStudies() }
    if names.isEmpty { Output.note("Every study in \(storage.storage) is finished") }
    for name in names {
      let session = try reading { try open(name) }
      try await session.run()
    }
  }

  /// The named study, or all that have trials to run.
  private func unfinishedStudies() throws -> [String] {
    let store = try StudyStore(reading: storage.storage)
    if let study { return [try store.requiredStudy(study).name] }
    return try store.studies().filter { $0.counts.ended < $0.counts.total }.map(\.study.name)
  }

  private func open(_ name: String) throws -> StudySession {
    let definition = try StudyStore(reading: storage.storage).requiredStudy(name).definition
    let (file, sources, plan) = try StudyInvocation.sources(of: definition)
    let space = try TuningSpace(text: definition.searchSpace, file: file, sources: sources, plan: plan)
    return try StudySession.open(
      space, name: name, storage: storage.storage, workers: workers, files: files)
  }
}
