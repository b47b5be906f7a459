import ArgumentParser
import Foundation
import Literals

/// Parses the command line, runs the command, and turns errors into a message and an exit status.
@main
enum Program {
  static func main() async {
    _ = signal(SIGPIPE, SIG_IGN)
    if CommandLine.arguments.count < 2 {
      // Not a success: a script that has lost its arguments should stop.
      Output.note(Overview.text())
      exit(2)
    }
    if CommandLine.arguments[1] == CompletionAnswer.command {
      return CompletionAnswer.give(Array(CommandLine.arguments.dropFirst(2)))
    }
    var called = ProgramCommand.name
    do {
      let arguments = try CommandLineArguments(Array(CommandLine.arguments.dropFirst()))
      called = ([called] + arguments.command).joined(separator: " ")
      var mistakes = Mistakes(arguments.mistakes)
      let parsed = try mistakes.parse(arguments.parsed, command: arguments.command.count)
      if !mistakes.isEmpty { try (parsed as? any CheckedCommand)?.check(&mistakes) }
      guard var command = parsed, mistakes.isEmpty else { end(with: mistakes, of: called) }
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error, of: called)
    }
  }

  /// Prints the mistakes of a command line and exits.
  private static func end(with mistakes: Mistakes, of called: String) -> Never {
    Output.error(mistakes.text)
    if mistakes.areAnsweredByHelp { Output.note("For help: \(called) --help") }
    exit(2)
  }

  /// Prints what was wrong on one line and exits with the status for this kind of error.
  private static func end(with error: any Error, of called: String) -> Never {
    if let error = error as? CommandError {
      if error.exitStatus == 130 { Output.note(error.description) } else { Output.error(error.description) }
      exit(error.exitStatus)
    }
    let code = RunHyper.exitCode(for: error)
    if code.isSuccess {
      Output.result(ProgramCommand.naming(in: RunHyper.fullMessage(for: error).trimmingCharacters(in: .newlines)))
      exit(0)
    }
    Output.error("\(error)")
    exit(1)
  }
}
