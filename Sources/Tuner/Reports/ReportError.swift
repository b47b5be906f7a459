import Literals

/// A question that a study cannot answer, such as one that names something that the study does not have.
public struct ReportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option, argument or study that the problem is about.
  public let location: String

  /// What is wrong there, and what would be right.
  public let problem: String

  /// One line for a terminal.
  public var description: String { "\(location): \(problem)" }

  init(location: String, problem: String) {
    self.location = location
    self.problem = problem
  }

  init(location: String, found: String, expected: String) {
    self.init(location: location, problem: "found \(found); expected \(expected)")
  }

  /// An unknown name.
  init(_ location: String, unknown name: String, among names: [String]) {
    let nearest = nearestName(to: name, among: names)
    let expected =
      names.isEmpty
      ? "nothing yet: no trial has a result"
      : "\(nearest.map { "\($0), or another of " } ?? "one of ")\(names.joined(separator: ", "))"
    self.init(location: location, found: "'\(name)'", expected: expected)
  }
}
