import CSIMD

/// The instruction set that the kernels are compiled for (`RUN_HYPER_CPU`).
package enum InstructionSet {
  /// A level of x86-64, such as `x86-64-v3`, or another architecture, such as `aarch64`.
  package static let name = CSIMD_INSTRUCTION_SET

  /// The flags that `/proc/cpuinfo` has for CPUs that the kernels run on, separated by spaces.
  package static let flags = CSIMD_CPU_FLAGS
}
