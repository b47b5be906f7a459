// swift-tools-version: 6.2
import PackageDescription

// Fuzzers are no part of the program's own package, so that building it needs no fuzzer's runtime; scripts/fuzz builds them.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// The fuzzer's runtime has the `main` function.
let fuzzer: [SwiftSetting] = strict + [.unsafeFlags(["-parse-as-library"])]

let literals = Target.Dependency.product(name: "Literals", package: "run-hyper")
let model = Target.Dependency.product(name: "Model", package: "run-hyper")
let tuner = Target.Dependency.product(name: "Tuner", package: "run-hyper")

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "run-hyper", path: "..")],
  targets: [
    .target(name: "Fuzzing", swiftSettings: strict),
    // The files of the executable that take a command line apart, by symbolic links: nothing can import an executable.
    .target(name: "CommandLineReading", dependencies: [literals, model, tuner], swiftSettings: strict),
    .executableTarget(
      name: "fuzz-search-space", dependencies: ["Fuzzing", literals, tuner], swiftSettings: fuzzer),
    .executableTarget(name: "fuzz-literals", dependencies: ["Fuzzing", literals], swiftSettings: fuzzer),
    .executableTarget(
      name: "fuzz-command-line", dependencies: ["CommandLineReading", "Fuzzing", literals, model],
      swiftSettings: fuzzer),
    .executableTarget(name: "fuzz-yaml", dependencies: ["Fuzzing", literals, model], swiftSettings: fuzzer),
    .executableTarget(name: "fuzz-inter", dependencies: ["Fuzzing", model], swiftSettings: fuzzer),
    .executableTarget(name: "fuzz-safetensors", dependencies: ["Fuzzing", model], swiftSettings: fuzzer),
    .executableTarget(name: "fuzz-checkpoint", dependencies: ["Fuzzing", literals, model], swiftSettings: fuzzer),
  ]
)
