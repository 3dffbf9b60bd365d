export const VERSIONS: Record<number, string>;
export function nodeBinary(major: number): string;
export function installNodes(): void;
