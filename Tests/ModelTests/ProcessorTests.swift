import Testing

@testable import Model

@Suite struct ProcessorTests {
  private static func information(_ flags: String) -> String {
    "processor\t: 0\nmodel name\t: AMD EPYC 9654  96-Core Processor\nflags\t\t: fpu \(flags) avx\n\nprocessor\t: 1\nmodel name\t: other\n"
  }

  @Test(arguments: [
    ("x86-64-v4", "fma avx2", "x86-64-v4"), ("x86-64-v3", "fma avx2", "x86-64-v3"), ("x86-64", "fma avx2", "x86-64"),
    ("x86-64", "fma", "x86-64 without FMA"), ("x86-64", "", "x86-64 without FMA"), ("aarch64", "", "aarch64"),
  ])
  func `The instruction set is the program's, and says so where the CPU lacks multiply-adds`(
    compiled: String, flags: String, expected: String
  ) {
    let processor = Processor(information: Self.information(flags), compiledFor: compiled)
    #expect(processor.instructionSet == expected)
    #expect(processor.name == "AMD EPYC 9654 96-Core Processor")
  }

  @Test(arguments: [
    ("avx2 fma avx512f", "avx2 fma avx512f", []), ("avx2 fma", "avx2 fma avx512f", ["avx512f"]),
    ("sse4_2", "avx2 fma", ["avx2", "fma"]), ("avx2x fma", "avx2 fma", ["avx2"]), ("", "", []),
  ])
  func `What a CPU lacks is known from its flags`(flags: String, needed: String, missing: [String]) {
    let processor = Processor(information: Self.information(flags), compiledFor: "x86-64-v4", flags: needed)
    #expect(processor.missing == missing)
    #expect(Processor(information: "model name: silent", compiledFor: "x86-64-v4", flags: needed).missing == [])
  }

  @Test(arguments: [
    ("avx512f avx512_bf16", true, nil),
    ("avx512f", true, "a CPU without avx512_bf16 (AMD EPYC 9654 96-Core Processor)"),
    ("avx512_bf16", false, "a program compiled for CPUs without avx512_bf16 (RUN_HYPER_CPU)"),
    ("avx2", false, "a CPU without avx512_bf16 (AMD EPYC 9654 96-Core Processor)"),
  ])
  func `Training in BF16 takes the CPU's instruction and a program that is compiled for it`(
    flags: String, isCompiled: Bool, obstacle: String?
  ) {
    let processor = Processor(
      information: Self.information(flags), compiledFor: "x86-64-v4", bfloat16: isCompiled)
    #expect(processor.bfloat16Obstacle == obstacle)
    #expect(processor.missing == [])
  }

  @Test func `A CPU without a name has its numbers, and one that says nothing is unknown`() {
    let arm = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"
    #expect(Processor(information: arm).name == "CPU implementer 0x41, CPU part 0xd0c")
    for text in ["", "nothing\n:\n"] { #expect(Processor(information: text).name == "unknown CPU") }
  }

  @Test func `Only the C library's variants and other architectures make a difference`() {
    let fused = ["x86-64", "x86-64-v3", "x86-64-v4"]
    for first in fused + ["x86-64 without FMA", "aarch64", "of a later version"] {
      for second in fused + ["x86-64 without FMA", "aarch64"] {
        let expected = first == second || (fused.contains(first) && fused.contains(second))
        #expect(Processor.haveSameBits(first, second) == expected, "\(first), \(second)")
      }
    }
    let own = Processor(information: Self.information("fma avx2")).instructionSet
    #expect(own != "unknown")
  }
}
