/** As much of pdfmake as is used: the published types bring a browser's with them. */
declare module 'pdfmake' {
  type Margin = readonly [left: number, top: number, right: number, bottom: number];

  interface Style {
    readonly font?: string;
    readonly fontSize?: number;
    readonly bold?: boolean;
    readonly color?: string;
    readonly background?: string;
    readonly lineHeight?: number;
    readonly alignment?: 'left' | 'center' | 'right';
    readonly decoration?: 'underline' | 'lineThrough';
    readonly noWrap?: boolean;
    readonly preserveLeadingSpaces?: boolean;
    readonly margin?: Margin;
  }
  interface Node extends Style {
    readonly text?: string | number | readonly Node[];
    readonly stack?: readonly Node[];
    readonly columns?: readonly Node[];
    readonly ul?: readonly Node[];
    readonly ol?: readonly Node[];
    readonly start?: number;
    readonly markerColor?: string;
    readonly listType?: 'none';
    readonly image?: string;
    readonly width?: number;
    readonly canvas?: readonly {
      readonly type: 'line';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly lineWidth: number;
      readonly lineColor: string;
    }[];
    readonly table?: {
      readonly widths: readonly number[];
      readonly body: readonly (readonly Node[])[];
      readonly headerRows?: number;
      readonly dontBreakRows?: boolean;
      readonly keepWithHeaderRows?: number;
    };
    readonly layout?: Layout;
    readonly fillColor?: string;
    readonly link?: string;
    /** It and what follows it stay in one line. */
    readonly noNewLine?: boolean;
    readonly headlineLevel?: number;
    readonly unbreakable?: boolean;
  }
  interface Layout {
    readonly hLineWidth?: (row: number, node: { readonly table: { readonly body: readonly unknown[] } }) => number;
    readonly vLineWidth?: (column: number) => number;
    readonly hLineColor?: (row: number, node: { readonly table: { readonly body: readonly unknown[] } }) => string;
    readonly vLineColor?: (column: number) => string;
    readonly fillColor?: () => string;
    readonly paddingLeft?: () => number;
    readonly paddingRight?: () => number;
    readonly paddingTop?: () => number;
    readonly paddingBottom?: () => number;
  }
  interface Definition {
    readonly pageSize: 'A5';
    readonly pageMargins: Margin;
    readonly info: { readonly title: string; readonly producer: string; readonly creator: string };
    readonly defaultStyle: Style;
    readonly content: readonly Node[];
    readonly footer: (page: number, pages: number) => Node | string;
    readonly pageBreakBefore: (
      node: { readonly headlineLevel?: number },
      around: { readonly getFollowingNodesOnPage: () => readonly unknown[] },
    ) => boolean;
  }
  type Faces = Readonly<Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>;

  const pdfmake: {
    setFonts(fonts: Readonly<Record<string, Faces>>): void;
    setUrlAccessPolicy(may: (url: string) => boolean): void;
    setLocalAccessPolicy(may: (path: string) => boolean): void;
    createPdf(definition: Definition): { getBuffer(): Promise<Buffer> };
    /** Files that are looked for before those of the machine. */
    readonly virtualfs: { writeFileSync(name: string, content: Buffer): void };
  };
  export type { Node, Layout };
  export default pdfmake;
}
