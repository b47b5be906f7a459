import Foundation
import Literals

/// The hidden command by which a shell asks what can stand at the cursor.
///
/// It changes nothing, and says nothing but the answer: errors, and whatever would take longer than `patience`, give an empty one.
enum CompletionAnswer {
  /// The hidden command's name.
  static let command = "__complete"

  /// Seconds after which it gives up; RUN_HYPER_COMPLETION_SECONDS overrides it.
  private static var patience: UInt32 {
    ProcessInfo.processInfo.environment["RUN_HYPER_COMPLETION_SECONDS"].flatMap(UInt32.init) ?? 1
  }

  /// Answers a shell.
  ///
  /// - Parameter arguments: The shell's name, and then, for bash, COMP_WORDBREAKS and the line up to the cursor; for the others, the words
  ///   up to the cursor, without quotes and without the program's name.
  static func give(_ arguments: [String]) {
    // A lock, a server or an endless file may keep it waiting anywhere.
    _ = signal(SIGALRM) { _ in _exit(0) }
    alarm(patience)
    let nothing = unsafe open("/dev/null", O_WRONLY)
    if nothing >= 0 { dup2(nothing, STDERR_FILENO) }
    guard let shell = arguments.first, let text = try? text(for: shell, Array(arguments.dropFirst())) else { return }
    Output.result(text)
  }

  /// The answer: the kind and what stays of the word, and then the words.
  ///
  /// For bash, words are as they are to be put in; for the others, each has its note after a tab.
  private static func text(for shell: String, _ arguments: [String]) throws -> String? {
    if shell == "bash" {
      guard arguments.count == 2 else { return nil }
      let line = ShellLine(arguments[1], wordBreaks: arguments[0])
      if line.isRedirected { return "files" }
      let completion = try Completion(after: Array(line.words.dropFirst()), current: line.current)
      return lines(completion, insertions(of: completion, in: line))
    }
    guard let current = arguments.last else { return nil }
    let completion = try Completion(after: arguments.dropLast(), current: current)
    return lines(
      completion, words(of: completion).map { "\($0.text)\t\($0.note.visible)" })
  }

  private static func lines(_ completion: Completion, _ words: [String]) -> String {
    let first =
      switch completion.kind {
      case .words: "words"
      case .files: "files"
      case .folders: "folders"
      }
    return (["\(first)\t\(completion.kept.visible)"] + words).joined(separator: "\n")
  }

  /// The words that are one line each and show what they are.
  private static func words(of completion: Completion) -> [Completion.Word] {
    guard case .words(let words) = completion.kind else { return [] }
    return words.filter { !$0.text.isEmpty && !$0.text.unicodeScalars.contains(where: \.isInvisible) }
  }

  /// What bash puts in; a word that is complete ends with a space, unless bash closes its quotes.
  private static func insertions(of completion: Completion, in line: ShellLine) -> [String] {
    words(of: completion).compactMap { word in
      line.insertion(of: word.text).map { $0 + (word.text.hasSuffix("=") || line.isQuoted ? "" : " ") }
    }
  }
}
