/** What every page of one deployment shares. */
export interface Site {
  /** Stands in the header and in every title. */
  readonly productName: string;
  readonly assets: {
    readonly stylesheetUrl: string;
    readonly scriptUrl: string;
    readonly iconUrl: string;
  };
}
