import { LightningElement, api } from 'lwc';
import machineDown from '@salesforce/label/c.Machine_Down';

export default class DispatchBoard extends LightningElement {
    @api maximum = 20;
    cases = [];

    get title() {
        return `${machineDown} (${this.cases.length})`;
    }
}
