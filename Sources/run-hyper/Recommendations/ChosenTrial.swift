import ArgumentParser

/// The trial of a study whose weights a command uses.
enum ChosenTrial: Equatable, ExpressibleByArgument, CustomStringConvertible {
  /// The first one of the leaderboard.
  case best

  /// The one with this number.
  case number(Int)

  init?(argument: String) {
    if argument == "best" {
      self = .best
    } else if let number = Int(argument), number > 0 {
      self = .number(number)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .best: "best"
    case .number(let number): "\(number)"
    }
  }

  var defaultValueDescription: String { description }
}
