import ArgumentParser
import Literals

/// The mistakes of one command line, gathered so that all are reported together.
struct Mistakes {
  /// One line for each mistake, in the order in which they were found; lines that belong to the one before are indented.
  private var lines: [String] = []

  /// Whether a mistake is one of options, which the command's help lists.
  private(set) var areAnsweredByHelp = false

  init(_ messages: [String] = []) {
    for message in messages { add(message) }
  }

  var isEmpty: Bool { lines.isEmpty }
  var text: String { lines.joined(separator: "\n") }

  /// Adds a mistake, unless it has been found before.
  mutating func add(_ message: String) {
    // An option without a value is missing as well.
    let known = Set(lines + lines.map { $0.replacing(#/^Missing value for /#, with: "Missing expected argument ") })
    lines += message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter {
      $0.hasPrefix(" ") || !known.contains($0)
    }
  }

  /// The value that `body` reads, or `nil` if that is a mistake.
  ///
  /// - Throws: What is no mistake of the input.
  mutating func gather<Value>(_ body: () throws -> Value) throws(CommandError) -> Value? {
    do {
      return try reading(body)
    } catch {
      guard case .input(let message) = error else { throw error }
      add(message)
      return nil
    }
  }

  /// - Throws: `CommandError.input` with all mistakes.
  func check() throws(CommandError) {
    guard isEmpty else { throw .input(text) }
  }
}

/// A command that can find the mistakes of its options without starting anything.
protocol CheckedCommand: SendableMetatype {
  func check(_ mistakes: inout Mistakes) throws
}

// MARK: - The parser's mistakes

extension Mistakes {
  /// The command that arguments call, without the arguments that it does not take.
  ///
  /// ArgumentParser names one mistake only. An argument is the one to blame if the message goes with it.
  ///
  /// - Parameter command: The number of words that name the command.
  /// - Returns: `nil` if no command is left, or if help is asked for beside mistakes.
  /// - Throws: ArgumentParser's request for help, if there is no mistake.
  mutating func parse(_ arguments: [String], command: Int) throws -> (any ParsableCommand)? {
    var rest = arguments
    while true {
      do {
        return try RunHyper.parseAsRoot(rest)
      } catch {
        guard let message = Self.message(of: error) else {
          if isEmpty { throw error }
          return nil
        }
        add(message.inMessage)
        areAnsweredByHelp = true
        // No argument that is there is to blame for one that is not.
        guard !message.hasPrefix("Missing expected argument") else { return nil }
        let culprit = Self.suspects(of: message, among: rest, from: command).first { index in
          guard !Self.isSetting(index, of: rest) else { return false }
          do {
            _ = try RunHyper.parseAsRoot(Array(rest[..<index] + rest[(index + 1)...]))
            return true
          } catch { return Self.message(of: error).map { $0 != message } ?? false }
        }
        guard let culprit else { return nil }
        rest.remove(at: culprit)
      }
    }
  }

  /// The indices of the arguments that may be to blame for a message, first those of options that it names.
  private static func suspects(of message: String, among arguments: [String], from start: Int) -> [Int] {
    let isNamed = { (index: Int) in
      arguments[index].hasPrefix("--") && message.contains(arguments[index].prefix { $0 != "=" })
    }
    let indices = Array(arguments.indices.dropFirst(start))
    return indices.filter(isNamed) + indices.filter { !isNamed($0) }
  }

  /// Whether an argument is a configuration key, which the parser takes unread.
  private static func isSetting(_ index: Int, of arguments: [String]) -> Bool {
    let option = "--\(CommandLineArguments.configurationOption)"
    return arguments[index] == option || (index > 0 && arguments[index - 1] == option)
  }

  /// What is wrong with arguments; `nil` for a request that succeeds, such as one for help.
  private static func message(of error: any Error) -> String? {
    RunHyper.exitCode(for: error) == .validationFailure ? RunHyper.message(for: error) : nil
  }
}
