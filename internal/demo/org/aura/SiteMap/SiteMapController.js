({
    zoomIn: function (component) {
        component.set("v.zoom", component.get("v.zoom") + 1);
    }
})
