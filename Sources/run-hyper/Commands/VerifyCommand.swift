import ArgumentParser
import Literals
import Model
import Tuner

/// Checks studies for missing, duplicate or inconsistent results and for damaged files.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check studies for missing, duplicate or inconsistent results and damaged files.",
    usage: "run-hyper verify [<study>] [<options>]",
    discussion: """
      Checks that no configuration is missing or duplicated, that derived numbers
      can be recomputed, and that files are intact. Changes nothing. Exit status: 0
      if everything is correct, 1 if something is wrong.

      Examples:
        run-hyper verify
        run-hyper verify bert4rec-grocery-hyper --format=json
      """)

  @Argument(help: "Name of the study. (default: all studies)")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  func run() throws {
    let verification = try reading { try verify() }
    switch format {
    case .table: Output.result(VerificationText.lines(verification).joined(separator: "\n"))
    case .json: Output.result(try JSONText.of(VerificationDocument(verification)))
    }
    let count = verification.problemCount
    if count > 0 {
      throw CommandError.failed("\(storage.name): \(count) \(count == 1 ? "problem" : "problems") found")
    }
  }

  private func verify() throws -> Verification {
    try storage.check()
    let store: StudyStore
    do {
      store = try storage.reader()
    } catch let error as StorageError where !error.isAbsence && !storage.isOnServer {
      // A file that exists but cannot be opened is a finding of this command, not an error in its input.
      return Verification(unreadable: error)
    }
    let verification = try store.verify(study, rules: Self.rules)
    if let study, verification.problemCount == 0, verification.studies.isEmpty { _ = try store.requiredStudy(study) }
    return verification
  }

  /// Facts about the model that the tuner does not know: rounding, the keys that determine the users, which configurations
  /// can be trained, and what is validated.
  private static let rules = VerificationRules(
    decimalPlaces: { definition in
      definition.fixedConfiguration.first { $0.key == "metric_decimal_place" }.flatMap { Int($0.value) }
    },
    dataParameters: TuningSpace.dataKeys, isPossible: StudyInvocation.isPossible,
    measuresAtEnd: { definition, hyperparameters in
      number("eval_step", of: hyperparameters, in: definition) ?? 1 <= 0
        || number("epochs", of: hyperparameters, in: definition) == 0
    },
    firstValidation: { definition, hyperparameters in
      guard let epochs = number("epochs", of: hyperparameters, in: definition) else { return nil }
      let interval = number("eval_step", of: hyperparameters, in: definition) ?? 1
      return interval > 0 ? min(interval, epochs) : epochs
    })

  /// The value of an integer key for a trial, tuned or fixed.
  private static func number(
    _ key: String, of hyperparameters: Hyperparameters, in definition: StudyDefinition
  ) -> Int? {
    hyperparameters[key].map { "\($0)" }.flatMap(Int.init)
      ?? definition.fixedConfiguration.first { $0.key == key }.flatMap { Int($0.value) }
  }
}

/// A verification for a terminal.
private enum VerificationText {
  static func lines(_ verification: Verification) -> [String] {
    lines(verification.database) + verification.studies.flatMap { [$0.study] + lines($0.checks) }
  }

  private static func lines(_ checks: [Verification.Check]) -> [String] {
    checks.flatMap { check in
      let name = check.name.padding(to: 14)
      return (check.isSound ? ["  ok     \(name)  \(check.summary)"] : [])
        + check.problems.map { "  WRONG  \(name)  \($0)" } + check.notes.map { "  note   \(name)  \($0)" }
    }
  }
}
