import ArgumentParser

/// Prints the man page.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Print the manual page, for man.",
    usage: "run-hyper manual",
    discussion: """
      Examples:
        run-hyper manual | man -l -
        run-hyper manual > ~/.local/share/man/man1/run-hyper.1
      """)

  func run() throws { Output.result(try Manual.page()) }
}
