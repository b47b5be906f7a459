import ArgumentParser
import Foundation
import Literals

/// What the program says if it is called without a word: what it is, and what to type next.
enum Overview {
  /// - Parameter folder: The working folder, whose files decide what comes next.
  static func text(in folder: String = ".") -> String {
    let next = nextCommands(in: folder).map { (ProgramCommand.line($0.arguments), $0.meaning) }
    let width = next.map(\.0.count).max() ?? 0
    let names = RunHyper.configuration.subcommands.compactMap { $0.configuration.commandName }
    return """
      run-hyper tunes BERT4Rec: it trains the model with every configuration of a
      parameter file, and ranks the results.

      Next:
      \(next.map { "  \($0.padding(to: width))  \($1)" }.joined(separator: "\n"))

      Commands:
      \(lines(of: names, width: 76).map { "  \($0)" }.joined(separator: "\n"))
      """
  }

  /// Three commands that run as they stand.
  private static func nextCommands(in folder: String) -> [(arguments: String, meaning: String)] {
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(path)") }
    let help = (arguments: "--help", meaning: "all commands, and what they do")
    if exists(OptionText.standardStorage) {
      return [
        ("leaderboard", "rank the trials of the newest study"), ("resume", "continue every unfinished study"), help,
      ]
    }
    let start =
      exists("hyper.test")
      ? (arguments: "--params_file=hyper.test", meaning: "start a study, or continue it")
      : (arguments: "train --epochs=1", meaning: "train one configuration for one epoch")
    return [start, ("dataset describe grocery", "describe the bundled dataset"), help]
  }

  /// Words with commas between them, in lines of at most `width` characters.
  private static func lines(of words: [String], width: Int) -> [String] {
    words.enumerated().reduce(into: [""]) { lines, word in
      let text = word.element + (word.offset == words.count - 1 ? "" : ",")
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = text
      } else if last.count + 1 + text.count <= width {
        lines[lines.count - 1] += " \(text)"
      } else {
        lines.append(text)
      }
    }
  }
}
