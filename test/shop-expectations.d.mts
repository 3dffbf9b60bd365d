export interface ExpectedFinding {
  name: string;
  rules: string[];
  cause?: string;
  file: string;
  line: number;
  route?: string;
}
export const expectedFindings: ExpectedFinding[];
export const relatedLines: { file: string; line: number }[];
export const healthyRoutes: string[];
export const healthyFiles: string[];
