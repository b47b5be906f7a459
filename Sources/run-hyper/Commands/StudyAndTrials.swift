import Literals
import Tuner

/// The arguments of commands about some trials of one study, which may be left out for the newest one.
enum StudyAndTrials {
  /// - Parameter count: The number of trials.
  /// - Throws: `CommandError.input` for fewer or more arguments.
  static func split(_ arguments: [String], trials count: Int) throws(CommandError) -> (study: String?, trials: [String])
  {
    let trials = count.counting("trial")
    guard arguments.count >= count else {
      let found = arguments.isEmpty ? "none" : "'\(arguments.joined(separator: " ").inMessage)'"
      throw .input("found \(found); expected \(trials) of the newest study, or a study's name and \(trials)")
    }
    guard arguments.count <= count + 1 else {
      let rest = arguments.dropFirst(count + 1).joined(separator: " ")
      throw .input("found '\(rest.inMessage)' after a study and \(trials); expected no more")
    }
    return (arguments.count > count ? arguments[0] : nil, Array(arguments.suffix(count)))
  }

  /// The number of a trial.
  ///
  /// - Parameter others: What else the command takes, for the message.
  static func number(_ text: String, or others: String = "") throws(CommandError) -> Int {
    guard let number = Int(text) else {
      throw .input("found trial '\(text.inMessage)'; expected a trial number from the leaderboard\(others)")
    }
    return number
  }
}
