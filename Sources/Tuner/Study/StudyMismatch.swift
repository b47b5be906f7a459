import Literals

/// An attempt to continue a study with settings that make its trials incomparable.
public struct StudyMismatch: Error, Equatable, Sendable, CustomStringConvertible {
  /// A setting that has changed.
  public struct Difference: Equatable, Sendable {
    public let what: String
    public let stored: String
    public let given: String
  }

  public let study: String
  public let differences: [Difference]

  /// One line that says what to do, followed by one line per difference.
  public var description: String {
    let lines = differences.map {
      "  \($0.what.inMessage): \($0.stored.inMessage) in the study, \($0.given.inMessage) now"
    }
    return
      ([
        "study '\(study.inMessage)' was started with other settings; "
          + "use another name (--study=NAME), or undo the changes"
      ] + lines)
      .joined(separator: "\n")
  }
}
