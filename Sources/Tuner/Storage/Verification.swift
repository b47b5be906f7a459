/// What a look through a database of studies found.
public struct Verification: Sendable {
  /// Something that is not as it has to be.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// A trial, a file or a table.
    public let place: String

    /// What stands there.
    public let found: String

    /// What would be right, or what it means.
    public let expected: String

    /// One line for a terminal.
    public var description: String { "\(place): found \(found); expected \(expected)" }
  }

  /// One question and its answer.
  public struct Check: Sendable {
    /// What is looked at.
    public let name: String

    /// What was looked through, in words.
    public internal(set) var summary = ""

    /// What is wrong, in the order of the trials.
    public internal(set) var problems: [Finding] = []

    /// What is worth knowing and not wrong.
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

  /// Empty when the database is so damaged that its rows cannot be trusted.
  public internal(set) var studies: [StudyChecks] = []

  /// How many things are wrong.
  public var problemCount: Int {
    (database + studies.flatMap(\.checks)).reduce(0) { $0 + $1.problems.count }
  }

  /// A database that cannot even be opened.
  public init(unreadable error: StorageError) {
    var check = Check("database")
    check.fail(error.location, found: error.found, expected: error.expected)
    database = [check]
  }

  init(database: [Check]) { self.database = database }
}

/// What the tuner has to be told about an objective to recompute what it gave.
public struct VerificationRules: Sendable {
  /// Decimals that metrics are rounded to, `nil` for none.
  public var decimalPlaces: @Sendable (StudyDefinition) -> Int?

  /// Parameters that decide which users there are, so that trials may differ in the number of ranks.
  public var dataParameters: Set<String>

  /// Whether a trial may have a value that no epoch's validation gave: the one that was measured at the end.
  public var measuresAtEnd: @Sendable (StudyDefinition, Hyperparameters) -> Bool

  public init(
    decimalPlaces: @escaping @Sendable (StudyDefinition) -> Int? = { _ in nil }, dataParameters: Set<String> = [],
    measuresAtEnd: @escaping @Sendable (StudyDefinition, Hyperparameters) -> Bool = { _, _ in false }
  ) {
    self.decimalPlaces = decimalPlaces
    self.dataParameters = dataParameters
    self.measuresAtEnd = measuresAtEnd
  }
}
