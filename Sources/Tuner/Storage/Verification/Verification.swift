/// The result of checking a database of studies.
public struct Verification: Sendable {
  /// A problem.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// A trial, a file or a table.
    public let place: String

    /// What was found there.
    public let found: String

    /// What would be correct, or what the finding means.
    public let expected: String

    /// One line for a terminal.
    public var description: String { "\(place): found \(found); expected \(expected)" }
  }

  /// One check and its result.
  public struct Check: Sendable {
    /// What is checked.
    public let name: String

    /// What was checked, in words.
    public internal(set) var summary = ""

    /// The problems, in the order of the trials.
    public internal(set) var problems: [Finding] = []

    /// Remarks that are not problems.
    public internal(set) var notes: [String] = []

    init(_ name: String) { self.name = name }

    public var isSound: Bool { problems.isEmpty }

    mutating func fail(_ place: String, found: String, expected: String) {
      problems.append(Finding(place: place, found: found, expected: expected))
    }
  }

  /// The checks of one study.
  public struct StudyChecks: Sendable {
    public let study: String
    public let checks: [Check]
  }

  /// The checks of the file as a whole.
  public internal(set) var database: [Check]

  /// The checks of each study; empty if the database is too damaged to trust its rows.
  public internal(set) var studies: [StudyChecks] = []

  /// The number of problems.
  public var problemCount: Int {
    (database + studies.flatMap(\.checks)).reduce(0) { $0 + $1.problems.count }
  }

  /// The result for a database that cannot be opened.
  public init(unreadable error: StorageError) {
    var check = Check("database")
    check.fail(error.location, found: error.found, expected: error.expected)
    database = [check]
  }

  init(database: [Check]) { self.database = database }
}

/// What the tuner must know about an objective to recompute its results.
public struct VerificationRules: Sendable {
  /// The number of decimal places to which metrics are rounded; `nil` for no rounding.
  public var decimalPlaces: @Sendable (StudyDefinition) -> Int?

  /// Parameters that determine the set of users, so that the number of ranks may differ between trials.
  public var dataParameters: Set<String>

  /// Returns whether a study may have a point, if it leaves impossible ones out.
  public var isPossible: @Sendable (StudyDefinition) -> (Hyperparameters) -> Bool

  /// Whether a trial's value may be measured after its last epoch instead of in a validation.
  public var measuresAtEnd: @Sendable (StudyDefinition, Hyperparameters) -> Bool

  /// The epoch of a trial's first validation; `nil` if it is unknown.
  public var firstValidation: @Sendable (StudyDefinition, Hyperparameters) -> Int?

  public init(
    decimalPlaces: @escaping @Sendable (StudyDefinition) -> Int? = { _ in nil }, dataParameters: Set<String> = [],
    isPossible: @escaping @Sendable (StudyDefinition) -> (Hyperparameters) -> Bool = { _ in { _ in true } },
    measuresAtEnd: @escaping @Sendable (StudyDefinition, Hyperparameters) -> Bool = { _, _ in false },
    firstValidation: @escaping @Sendable (StudyDefinition, Hyperparameters) -> Int? = { _, _ in nil }
  ) {
    self.decimalPlaces = decimalPlaces
    self.dataParameters = dataParameters
    self.isPossible = isPossible
    self.measuresAtEnd = measuresAtEnd
    self.firstValidation = firstValidation
  }
}
