import Foundation

extension StudyDefinition {
  /// The part of the command that says how many trials keep their weights.
  private struct Command: Decodable {
    struct Plan: Decodable {
      let keepWeights: Int?
    }

    let plan: Plan?
  }

  /// The largest number of trials that can keep their weights.
  public static let mostKeptWeights = 100_000

  /// The number of the best trials whose weights are kept, according to a stored command: `keepWeights` of its `plan`.
  ///
  /// It is 1 without such a number, and if somebody has changed it to one that is not possible.
  static func keptWeights(in invocation: String) -> Int {
    // Most studies have none, and a trial's end must not wait for a decoder.
    guard invocation.utf8.count < 1 << 24, invocation.contains("\"keepWeights\""),
      let command = try? JSONDecoder().decode(Command.self, from: Data(invocation.utf8)),
      let count = command.plan?.keepWeights, 1...mostKeptWeights ~= count
    else { return 1 }
    return count
  }
}
