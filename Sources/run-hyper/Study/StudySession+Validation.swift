import Literals
import Model
import Tuner

extension StudySession {
  /// Refuses to start a study whose trials could not be ranked; an existing one is continued without a ranking.
  ///
  /// - Throws: `CommandError.input` if trials would have no validation samples.
  static func requireValidation(
    _ datasets: [DatasetConfiguration: SequenceDataset], ofStudy name: String, in storage: StorageOptions
  ) throws(CommandError) {
    let empty = datasets.filter { $0.value.valid.isEmpty }.sorted { "\($0.key.split)" < "\($1.key.split)" }
    guard let (configuration, dataset) = empty.first else { return }
    let stored = try? storage.reader().study(named: name)
    guard stored == nil else {
      Output.note("note: \(dataset.name) has no validation samples, so trials have no value and are not ranked")
      return
    }
    let (found, expected) = missing(in: configuration)
    throw .input(
      message(
        at: configuration.split.isWithoutValidation ? "eval_args" : dataset.name,
        found: "\(found), so there is no validation sample to rank trials by",
        expected: "\(expected), or '\(ProgramCommand.line("train"))' for one configuration"))
  }

  /// Why there are no validation samples, and what would provide some.
  private static func missing(in configuration: DatasetConfiguration) -> (found: String, expected: String) {
    if let files = configuration.benchmarkFiles, files.count > 1 {
      return ("no row in the file '\(files[1])'", "rows to validate on")
    }
    switch configuration.split {
    case .testOnly: return ("split test_only", "valid_and_test")
    case .validAndTest, .validOnly: return ("no user with four items", "longer sequences")
    case .ratioByUser, .ratio, .time:
      return configuration.split.isWithoutValidation
        ? ("a split with the second share 0", "one above 0")
        : ("no sample left for validation", "longer sequences, or a larger second share in eval_args")
    }
  }
}
