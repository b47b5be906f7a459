import Foundation
import Testing

/// The program on a CPU that lacks what its numeric code is compiled for, as `/proc/cpuinfo` has it.
@Suite struct OldProcessorTests {
  private static let isAvailable =
    Isolation.isAvailable && (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx2") == true

  @Test(.enabled(if: isAvailable, "a /proc/cpuinfo of its own takes root, and this CPU has no AVX2"))
  func `Training is refused before anything starts, and reports are not`() throws {
    let program = try Program()
    let own = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    try program.write(own.replacing(#/ (avx2|fma|avx512\w*)\b/#, with: ""), to: "cpuinfo")
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    for command in [["--params_file=s.test"], ["train", "--epochs=1"], ["evaluate", "--weights=none"]] {
      let ending = try Self.run(program, command)
      #expect(ending.status == 2)
      #expect(ending.errors.contains("error: found a CPU without avx2, fma"), "\(ending.errors)")
      #expect(
        ending.errors.hasSuffix("; use another machine, or build for this one (RUN_HYPER_CPU)\n"), "\(ending.errors)")
    }
    #expect(!program.exists("studies"))

    let small = ["--params_file=s.test", "--epochs=1", "--hidden_size=8", "--inner_size=8"]
    #expect(try program.run(small).status == 0)
    let ending = try Self.run(program, ["leaderboard"])
    #expect(ending.status == 0 && ending.output.contains("n_layers"), "\(ending.errors)")
  }

  @Test(.enabled(if: isAvailable, "a /proc/cpuinfo of its own takes root"))
  func `Training in BF16 is refused where the CPU cannot, and evaluation is not`() throws {
    let program = try Program()
    let own = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let found = "found precision bfloat16 and a CPU without avx512_bf16 ("
    try program.write(own.replacing(#/ avx512_bf16\b/#, with: ""), to: "cpuinfo")
    try program.write("precision choice ['float32','bfloat16']\n", to: "s.test")
    let small = ["--epochs=1", "--hidden_size=8", "--inner_size=8"]
    for command in [["--params_file=s.test"] + small, ["train", "--precision=bfloat16"] + small] {
      let ending = try Self.run(program, command)
      #expect(ending.status == 2 && ending.errors.contains(found), "\(ending.errors)")
      #expect(ending.errors.hasSuffix("; expected precision float32, or a machine that can train in BF16\n"))
    }
    #expect(!program.exists("studies"))
    #expect(try Self.run(program, ["train", "--precision=float32"] + small).status == 0)
    guard own.contains("avx512_bf16") else { return }

    #expect(try program.run(["--params_file=s.test", "--study=s"] + small).status == 0)
    for command in [["resume", "s"], ["--params_file=s.test", "--study=s"] + small] {
      let ending = try Self.run(program, command)
      #expect(ending.status == 2 && ending.errors.contains(found), "\(ending.errors)")
    }
    #expect(try program.run(["train", "--precision=bfloat16", "--save=w.safetensors"] + small).status == 0)
    #expect(try Self.run(program, ["evaluate", "--weights=w.safetensors"]).status == 0)
  }

  /// Runs the program in a namespace where `/proc/cpuinfo` is the file of this name.
  private static func run(_ program: Program, _ arguments: [String]) throws -> Program.Ending {
    let (output, errors) = (try program.errorFile(), try program.errorFile())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let line = #"mount --bind cpuinfo /proc/cpuinfo && exec "$0" "$@""#
    process.arguments = ["unshare", "--mount", "sh", "-c", line, try Program.path] + arguments
    process.currentDirectoryURL = program.folder
    process.environment = ProcessInfo.processInfo.environment.merging(["RUN_HYPER_HOME": Program.home.path]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Program.Ending(
      status: Program.status(of: process), output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
