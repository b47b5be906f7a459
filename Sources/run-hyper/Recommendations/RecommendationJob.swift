import Literals
import Model

/// A run of `recommend` whose input has been read and checked.
struct RecommendationJob {
  let recommender: Recommender
  let users: RecommendedUsers

  /// `nil` if it is unknown beforehand.
  let userCount: Int?

  let threads: Int
  let text: RecommendationText

  /// What is said before the first answer.
  let start: String

  /// The place of the weights, for messages.
  let source: String

  /// The dataset's name.
  let dataset: String

  /// Writes the recommendations to standard output, and then says on standard error what was special.
  ///
  /// - Throws: `CommandError`.
  func run(shouldStop: () -> Bool) throws {
    Output.note(start)
    let display = RecommendationDisplay(total: userCount)
    var summary = Recommender.Summary()
    do {
      try Output.stream(Array(text.header.utf8))
      try recommender.run(
        users, threads: threads, shouldStop: shouldStop, encode: { Array(text.text($0).visibleLines.utf8) },
        deliver: { output, soFar in
          summary = soFar
          display.advance(to: soFar.userCount)
          try Output.stream(output)
        })
    } catch {
      display.finish()
      throw reason(error, after: summary.userCount)
    }
    display.finish()
    for note in notes(summary) { Output.note("note: \(note)") }
    Output.note("\(Self.users(summary.userCount)) in \(display.elapsed)")
  }

  /// Why the answer is incomplete.
  private func reason(_ error: any Error, after count: Int) -> CommandError {
    switch error {
    case let error as CommandError: error
    case is Recommender.Stopped: .interrupted("Interrupted after \(Self.users(count)); the answer is incomplete")
    case is Recommender.NoScores:
      .failed("\(source): the scores of these weights are not numbers, so there is nothing to rank")
    default: .failed("\(error)")  // A pipe is checked while it is read.
    }
  }

  private func notes(_ summary: Recommender.Summary) -> [String] {
    var notes: [String] = []
    let unknown = summary.unknown
    if unknown.count > 0 {
      let items = unknown.count == 1 ? "1 item" : "\(unknown.count) items"
      notes.append(
        "left out \(items) in the histories of \(Self.users(unknown.userCount)), which \(dataset) does not have, "
          + "the first one \(unknown.first ?? "")")
    }
    if summary.popularityCount > 0 {
      notes.append(
        "\(Self.users(summary.popularityCount)) without a history: the most popular items of \(dataset), without a score"
      )
    }
    if summary.shortCount > 0 {
      notes.append(
        "\(Self.users(summary.shortCount)) with fewer than \(recommender.top) items: there are no more to recommend")
    }
    return notes
  }

  private static func users(_ count: Int) -> String { count == 1 ? "1 user" : "\(count) users" }
}
