import Foundation
import Testing

/// The shells of the system, with this program's completion, in a folder of its own.
struct Shells {
  let program: Program

  /// Whether a program is on the search path; RUN_HYPER_REQUIRE_SHELLS makes the absence a failure.
  static func has(_ name: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
      || ProcessInfo.processInfo.environment["RUN_HYPER_REQUIRE_SHELLS"] == "1"
  }

  /// - Parameter program: Gets a folder `bin` with the program as `run-hyper`, and each shell's completion.
  init(_ program: Program) throws {
    self.program = program
    for (shell, file) in [("bash", "rh.bash"), ("zsh", "_run-hyper"), ("fish", "rh.fish")] {
      let script = try program.run(["completion", shell])
      #expect(script.status == 0 && script.errors == "", "\(script.errors)")
      try program.write(script.output, to: file)
    }
    let bin = program.folder.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: bin.appendingPathComponent("run-hyper").path, withDestinationPath: try Program.path)
    try program.write(
      """
      source ./rh.bash
      shown() { printf '%s\\n' "$READLINE_LINE" >>shown; }
      bind -x '"\\C-g":shown'
      stty raw -echo
      touch ready
      """ + "\n", to: "rc.bash")
    try program.write(
      """
      autoload -U compinit
      compinit -u -D
      source ./_run-hyper
      shown() { print -r -- "$BUFFER" >>shown; }
      zle -N shown
      bindkey '^G' shown
      stty raw -echo
      touch ready
      """ + "\n", to: "zsh/.zshrc")
  }

  private func process(_ arguments: [String], _ variables: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = program.folder
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let own = [
      "PATH": "\(program.folder.path)/bin:\(path)", "HOME": program.folder.path, "TERM": "dumb",
      "HISTFILE": "/dev/null",
      "RUN_HYPER_HOME": Program.home.path, "ZDOTDIR": "\(program.folder.path)/zsh", "LC_ALL": "C.UTF-8",
      "RUN_HYPER_COMPLETION_SECONDS": "600",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(own.merging(variables) { $1 }) { $1 }
    return process
  }

  /// Types lines into a shell in a terminal, with tabs where it is to complete; gives back what becomes of each.
  func complete(_ lines: [String], with shell: String) throws -> [String] {
    let call = shell == "bash" ? "bash --noprofile --rcfile rc.bash -i" : "zsh -i"
    for file in ["ready", "shown"] {
      try? FileManager.default.removeItem(at: program.folder.appendingPathComponent(file))
    }
    let process = process(["script", "--quiet", "--return", "--command", call, "/dev/null"], ["SHELL": "/bin/sh"])
    let keys = Pipe()
    process.standardInput = keys
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try Program.wait(until: "the shell reads keys", while: process) { program.exists("ready") }
    // Control-G writes the line to a file, and Control-U deletes it.
    keys.fileHandleForWriting.write(Data((lines.map { "\($0)\u{7}\u{15}" }.joined() + "exit\r").utf8))
    try keys.fileHandleForWriting.close()
    process.waitUntilExit()
    let shown = program.folder.appendingPathComponent("shown")
    return try String(contentsOf: shown, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  /// What fish offers for a line, without descriptions.
  func offers(of line: String) throws -> [String] {
    let process = process(["fish", "--no-config", "-c", "source rh.fish; complete -C $argv[1]", line])
    let (status, text) = try Program.output(of: process)
    #expect(status == 0, "\(text)")
    return text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
  }
}
