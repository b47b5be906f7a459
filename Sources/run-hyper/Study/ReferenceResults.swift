import Foundation
import Literals
package import Tuner

/// All results in RecBole's text format: one block per trial, ordered by trial number.
///
/// Source: RecBole 1.2.1, `HyperTuning.export_result`.
package enum ReferenceResults {
  /// The file's text; a trial without a result has the reason instead.
  package static func text(_ board: Leaderboard) -> String {
    let ranked = board.rows.map { row in
      (row.trial, block(row.hyperparameters, row.metrics, otherwise: "\(row.state.rawValue)"))
    }
    let failed = board.failures.map { ($0.trial, block($0.hyperparameters, [], otherwise: "failed: \($0.message)")) }
    return (ranked + failed).sorted { $0.0 < $1.0 }.map(\.1).joined()
  }

  static func write(_ board: Leaderboard, to file: String) throws {
    do {
      try Data(text(board).utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw CommandError.failed("\(file): the results cannot be written; expected a writable folder")
    }
  }

  private static func block(_ cell: Hyperparameters, _ metrics: [SplitMetric], otherwise reason: String) -> String {
    func line(_ split: String) -> String {
      let own = metrics.filter { $0.split == split }
      let values = own.compactMap { metric in metric.value.map { "\(metric.name) : \(Literal.number($0))" } }
      guard values.isEmpty else { return values.joined(separator: "    ") }
      return own.isEmpty ? reason : "none held out"
    }
    return "\(cell)\nValid result:\n\(line("valid"))\nTest result:\n\(line("test"))\n\n"
  }
}
